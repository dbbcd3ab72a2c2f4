// Plays a published vector with the modules of the page: what it gives, or the code of its refusal.

function jsonView(value) {
  if (typeof value === "bigint") {
    const most = 2n ** 53n;
    return value < most && value > -most ? Number(value) : String(value);
  }
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(jsonView);
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, jsonView(v)]));
  return value;
}

const viewInteger = (text) => BigInt(text);

const PLAYS = {
  "notation/H": async ({ tag, parts }) => ({
    hash: await taggedHash(tag.replace("fairlot-v1/", ""), ...parts.map(fromHex)),
  }),
  "notation/expand_message": async ({ message, dst, length }) => ({
    expanded: await expandMessage(fromHex(message), fromHex(dst), length),
  }),
  "notation/cbor-decode": ({ data }) => ({ value: decodeCbor(fromHex(data)) }),
  "notation/check-key": ({ key }) => checkKey(fromHex(key)),
  "notation/verify": ({ key, message, signature }) =>
    verifySignature(fromHex(key), fromHex(message), fromHex(signature)),
  "log/tree": async ({ leaves }) => {
    const hashes = await Promise.all(leaves.map((leaf) => leafHash(fromHex(leaf))));
    const sizes = Array.from({ length: hashes.length + 1 }, (_, size) => size);
    return { roots: await Promise.all(sizes.map((size) => rootOf(hashes.slice(0, size)))) };
  },
  "log/inclusion": ({ leaf, index, size, proof, root }) =>
    verifyInclusion(
      fromHex(leaf),
      viewInteger(index),
      viewInteger(size),
      proof.map(fromHex),
      fromHex(root),
    ),
  "log/verify": async ({ text, name, key }) => {
    const note = parseCheckpoint(text);
    await verifyLine(note, name, fromHex(key));
    const { time } = await verifyCosignature(note, name, fromHex(key));
    return { origin: note.origin, size: note.size, root: note.root, time };
  },
  "log/verify-receipt": async ({ data, leaf }) => {
    const { index, hashes, head } = parseReceipt(fromHex(data));
    await verifyInclusion(await leafHash(fromHex(leaf)), index, head.size, hashes, head.root);
    return {};
  },
  "tiles/path": ({ level, index, width }) => ({ path: tilePath(level ?? "entries", index, width) }),
  "tiles/read-bundle": ({ data, width }) => ({ entries: readBundle(fromHex(data), width) }),
  "allocation/fill": ({ supply, quantities, order }) => {
    const { units, level, remainder } = fill(BigInt(supply), quantities.map(BigInt), order);
    return { units, level, remainder };
  },
  "allocation/ranks": async ({ seed, sale_id, pool, nyms }) => {
    const lot = await lotSeed(fromHex(seed), fromHex(sale_id), pool);
    const ordered = await drawingOrder(lot, nyms.map(fromHex));
    return {
      lot,
      ranks: Object.fromEntries(ordered.map(({ nym, rank }) => [toHex(nym), toHex(rank)])),
      order: ordered.map(({ nym }) => nym),
    };
  },
  "allocation/sale": async ({ pools, entrants, seed, sale_id }) => {
    const asCbor = (value) => {
      // The view writes large integers as texts.
      if (typeof value === "number" || /^[0-9]{16,20}$/.test(value)) return BigInt(value);
      if (Array.isArray(value)) return value.map(asCbor);
      if (typeof value !== "object" || value === null) return value;
      return new Map(Object.entries(value).map(([key, held]) => [key, asCbor(held)]));
    };
    const named = pools.map(asCbor);
    const people = entrants
      .map(({ nym, wants, deposit, group, attributes, solved }) => ({
        nym: fromHex(nym),
        wants: BigInt(wants),
        amount: BigInt(deposit),
        group: group ?? null,
        attributes: asCbor(attributes ?? {}),
        solved: solved ?? [],
      }))
      .sort((a, b) => compareBytes(a.nym, b.nym));
    const why = whyNotPlain(named, people);
    if (why !== null) return { why };
    const outcome = await plainOutcome(named, people, fromHex(seed), fromHex(sale_id));
    const totals = [...outcome.shares].map(([nym, { units, spent, gains }]) => ({
      nym,
      units,
      payment: spent,
      gains,
    }));
    return {
      pools: outcome.pools.map(({ name, supply, unsold }) => ({ pool: name, supply, unsold })),
      totals,
    };
  },
  "log/board": async ({ files, size, root, most }) => {
    const folder = `sale/${"0".repeat(64)}`;
    const line = `\u2014 a ${toBase64(new Uint8Array(68))}`;
    const checkpoint = `a\n${size}\n${toBase64(fromHex(root))}\n\n${line}\n`;
    const asked = [];
    const get = async (path) => {
      asked.push(path);
      if (path === "./") return utf8(JSON.stringify({ logs: [{ folder }] }));
      if (path === `${folder}/checkpoint`) return utf8(checkpoint);
      return fromHex(files[path.slice(folder.length + 1)]);
    };
    const log = await readBoard(get, null, most);
    return { root: (await treeOf(log)).root, read: log.leaves.length, asked };
  },
  "sale/apply": async ({ transcript, entries, then, entry, time }) => {
    let left = entries;
    let sale = null;
    const data = fromHex(transcript);
    const apply = async (bytes, at) => {
      if (at !== null) sale.time = BigInt(at);
      await sale.takeAll([bytes], [await leafHash(bytes)]);
      return sale.findings.pop()?.code ?? null;
    };
    for (let at = 0; at < data.length && left > 0;) {
      const { value, end } = decodeItem(data, at);
      const bytes = data.slice(at, end);
      at = end;
      if (!(value instanceof Map)) continue;
      left -= 1;
      if (!value.has("sale")) continue;
      sale ??= new Sale(value.get("body"), value.get("sale"));
      const code = await apply(bytes, null);
      if (code !== null) throw new Error(code);
    }
    for (const each of then) {
      const code = await apply(fromHex(each.entry), each.time);
      if (code !== null) throw new Error(code);
    }
    return { code: sale === null ? null : await apply(fromHex(entry), time) };
  },
  "sale/tables": async ({ transcript, allocation }) => {
    const read = await checkLog(readTranscript(fromHex(transcript)), null);
    const draw = await checkDraw(read, { allocation, pools: null });
    return { states: draw.checks.results.map(({ step, state }) => [step, state]) };
  },
  "sale/fold": async ({ transcript }) => {
    const log = readTranscript(fromHex(transcript));
    const read = await checkLog(log, null);
    const states = Object.fromEntries(read.checks.results.map(({ step, state }) => [step, state]));
    const found = {
      states,
      phase: read.sale?.phase ?? null,
      why: null,
      seed: null,
      rows: null,
      draw: null,
    };
    if (!read.holds || read.sale.result === null) return found;
    const draw = await checkDraw(read, null);
    const rows = draw.rows === null ? null : [...draw.rows.values()];
    return {
      ...found,
      why: draw.why,
      seed: draw.drawn?.seed ?? null,
      rows,
      draw: draw.checks.results,
    };
  },
};

async function playVector([play, input]) {
  try {
    return { output: viewed(await PLAYS[play](input)) ?? null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw new Error(`${play}: ${error.stack}`);
    return { code: error.code };
  }
}

// What is not a map of its own has the view of its parts.
function viewed(value) {
  if (
    value instanceof Map ||
    value instanceof Uint8Array ||
    typeof value !== "object" ||
    value === null
  )
    return jsonView(value);
  if (Array.isArray(value)) return value.map(viewed);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, viewed(v)]));
}

// What the page finds in what somebody shows it: the first step that fails, or null.
async function judge({ transcript, receipt, entry, told }) {
  const log = readTranscript(fromHex(transcript));
  const read = await checkLog(log, told === null ? null : fromHex(told));
  const failed = (checks) => {
    const found = checks.results.find(({ state }) => state === "fails");
    return found === undefined ? null : [found.step, found.values.code];
  };
  if (!read.holds) return failed(read.checks);
  if (read.sale.result !== null) {
    const draw = await checkDraw(read, null);
    if (draw.checks.failed) return failed(draw.checks);
  }
  const ticket = await checkTicket(
    read,
    fromHex(receipt),
    entry === null ? undefined : fromHex(entry),
  );
  return failed(ticket.checks);
}
