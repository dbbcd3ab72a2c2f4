"""A browser that reads codes: ``BarcodeDetector``, which Chromium lacks on this system.

It is put into a page from outside, and reads what it is shown with zxing-cpp: the same
interface, the same pictures, another reader. A camera shows a film of one picture.
"""

import base64
from io import BytesIO
from pathlib import Path

import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext

_SIZE = 640, 480
_SCRIPT = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return FORMATS; }
  async detect(source) {
    const width = source.videoWidth ?? source.width;
    const height = source.videoHeight ?? source.height;
    if (!width) return [];
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(source, 0, 0);
    const texts = await window.textsInPicture(canvas.toDataURL("image/png"));
    return texts.map((rawValue) => ({ rawValue }));
  }
};
"""


def reads_codes(context: BrowserContext, formats: str = '["qr_code"]') -> None:
    """Let the pages of a context read codes.

    Args:
        context: before its pages are opened.
        formats: that it says it knows, as JSON.
    """
    context.expose_function("textsInPicture", _texts)  # pyright: ignore[reportUnknownMemberType]
    context.add_init_script(_SCRIPT.replace("FORMATS", formats))


def _texts(address: str) -> list[str]:
    data = base64.b64decode(address.partition(",")[2])
    found = zxingcpp.read_barcodes(Image.open(BytesIO(data)))
    return [each.text for each in found]


def picture(*contents: bytes) -> Image.Image:
    """Return a picture of codes, side by side."""
    codes = [_code(each) for each in contents]
    width = sum(code.width for code in codes)
    whole = Image.new("L", (width, max(code.height for code in codes)), 255)
    at = 0
    for code in codes:
        whole.paste(code, (at, 0))
        at += code.width
    return whole


def _code(content: bytes) -> Image.Image:
    file = BytesIO()
    code = segno.make_qr(content, error="l", mode="byte")
    code.save(file, kind="png", scale=4)
    return Image.open(file).convert("L")


def film(path: Path, shown: Image.Image) -> tuple[str, ...]:
    """Write what a camera sees, and return the options with which Chromium has it."""
    frame = Image.new("L", _SIZE, 255)
    frame.paste(shown, (20, 20))
    width, height = _SIZE
    grey = bytes([128]) * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420mpeg2\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + grey) * 2)
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
