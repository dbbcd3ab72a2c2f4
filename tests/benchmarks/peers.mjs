// Measures one peer: node peers.mjs PEER ROUNDS prints {"present": [...], "verify": [...]}, CPU
// milliseconds of this process and its threads, one a round, after one that does not count.
const encode = text => new TextEncoder().encode(text);
const attributes = ['assurance=high', 'region=', 'cohort_a=', 'cohort_b=', 'secret'];
const messages = attributes.map(encode);
const header = encode('header');
const presentationHeader = encode('presentation header');
const DEPTH = 20;

async function digitalbazaar() {
  const bbs = await import('@digitalbazaar/bbs-signatures');
  const ciphersuite = bbs.CIPHERSUITES.BLS12381_SHA256;
  const {secretKey, publicKey} = await bbs.generateKeyPair({ciphersuite});
  const common = {publicKey, header, ciphersuite};
  const signature = await bbs.sign({...common, secretKey, messages});
  const shown = {...common, presentationHeader, disclosedMessageIndexes: []};
  return {
    present: () => bbs.deriveProof({...shown, signature, messages}),
    verify: proof => bbs.verifyProof({...shown, proof, disclosedMessages: []})
  };
}

async function pairingCrypto() {
  const {bbs} = await import('@mattrglobal/pairing-crypto');
  const suite = bbs.bls12381_sha256;
  const {secretKey, publicKey} = await suite.generateKeyPair();
  const signature = await suite.sign({secretKey, publicKey, header, messages});
  const hidden = messages.map(value => ({value, reveal: false}));
  const common = {publicKey, header, presentationHeader};
  return {
    present: () => suite.deriveProof(
      {...common, signature, verifySignature: false, messages: hidden}),
    verify: async proof =>
      (await suite.verifyProof({...common, proof, messages: {}})).verified
  };
}

async function semaphore() {
  const {Identity} = await import('@semaphore-protocol/identity');
  const {Group} = await import('@semaphore-protocol/group');
  const {generateProof, verifyProof} = await import('@semaphore-protocol/proof');
  const people = [0, 1, 2, 3].map(number => new Identity(`person ${number}`));
  const group = new Group(people.map(person => person.commitment));
  const file = `node_modules/@zk-kit/semaphore-artifacts/semaphore-${DEPTH}`;
  const circuit = {wasm: `${file}.wasm`, zkey: `${file}.zkey`};
  return {
    present: () => generateProof(people[0], group, 'entry', 'sale', DEPTH, circuit),
    verify: proof => verifyProof(proof)
  };
}

async function timed(work) {
  const before = process.cpuUsage();
  const result = await work();
  const {user, system} = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

const [name, rounds] = process.argv.slice(2);
const peer = await {digitalbazaar, pairingCrypto, semaphore}[name]();
const times = {present: [], verify: []};
for(let round = 0; round <= Number(rounds); round++) {
  const [proof, presenting] = await timed(peer.present);
  const [holds, verifying] = await timed(() => peer.verify(proof));
  if(holds !== true) {
    throw new Error(`${name} refuses its own proof`);
  }
  if(round > 0) {
    times.present.push(presenting);
    times.verify.push(verifying);
  }
}
console.log(JSON.stringify(times));
// Semaphore keeps threads that wait for more.
process.exit(0);
