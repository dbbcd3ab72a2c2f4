// Codes before a camera or in a picture, read by the browser itself (specs/page.md, section 4.3).

import { Refusal } from "./bytes.js";
import { el } from "./nodes.js";

const LOOK_MS = 150;

/** What reads QR codes here, or null: then nothing that needs it is shown. */
export async function codeReader() {
  // Step 23.
  if (typeof BarcodeDetector === "undefined") return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

/** The texts of the codes that are there to see, each once. */
async function textsIn(reader, source) {
  const found = await reader.detect(source);
  return [...new Set(found.map(({ rawValue }) => rawValue))];
}

async function inPicture(reader, file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Refusal("page.picture");
  }
  const texts = await textsIn(reader, bitmap);
  bitmap.close();
  // Step 24.
  if (texts.length !== 1) throw new Refusal("page.one-code");
  return texts[0];
}

async function withCamera(does) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    throw new Refusal("page.camera");
  }
  try {
    return await does(stream);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** Look until there is one code, or nobody wants one any more; then null. */
async function lookFor(reader, video, wanted, several) {
  while (wanted()) {
    const texts = await textsIn(reader, video);
    // Step 24.
    if (texts.length === 1 && wanted()) return texts[0];
    several(texts.length > 1);
    await new Promise((go) => {
      setTimeout(go, LOOK_MS);
    });
  }
  return null;
}

function cameraBox(reader, texts, take, guarded) {
  const video = el("video", { playsinline: true, hidden: true, class: "camera" });
  const status = el("p", { role: "status", "aria-live": "polite", class: "soft" });
  const button = el("button", { type: "button", class: "scan" }, texts.camera);
  const tell = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  let turn = 0;
  let running = false;
  const show = (runs) => {
    running = runs;
    turn += 1;
    video.hidden = !runs;
    button.textContent = runs ? texts.stop : texts.camera;
    tell(runs ? texts.looking : "");
    return turn;
  };
  const scan = async () => {
    if (running) {
      show(false);
      return;
    }
    const own = show(true);
    const wanted = () => own === turn;
    let text = null;
    try {
      text = await withCamera(async (stream) => {
        video.srcObject = stream;
        await video.play();
        return lookFor(reader, video, wanted, (many) => tell(many ? texts.several : texts.looking));
      });
    } finally {
      if (wanted()) show(false);
      video.srcObject = null;
    }
    if (text !== null) await take(text);
  };
  button.addEventListener("click", guarded(scan));
  return [button, video, status];
}

/** A button for the camera and a field for a picture; `take` gets the text of a code. */
export function scanBox(reader, texts, take, guarded) {
  if (reader === null) return "";
  const read = async (event) => {
    const [file] = event.target.files;
    if (file !== undefined) await take(await inPicture(reader, file));
  };
  const picture = el("input", {
    id: "scan-picture",
    type: "file",
    accept: "image/*",
    change: guarded(read),
  });
  return el(
    "div",
    { class: "scanning" },
    navigator.mediaDevices === undefined ? "" : cameraBox(reader, texts, take, guarded),
    el("p", {}, el("label", { for: "scan-picture" }, texts.picture), picture),
  );
}
