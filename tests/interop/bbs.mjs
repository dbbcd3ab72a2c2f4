// One request {operation, ...arguments} on standard input, one JSON answer on standard
// output. Byte strings are lower-case hex; a refusal is the answer false.
import * as bbs from '@digitalbazaar/bbs-signatures';
import {readFileSync} from 'node:fs';

const ciphersuite = bbs.CIPHERSUITES.BLS12381_SHA256;
const bytes = hex => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = octets => Buffer.from(octets).toString('hex');

const operations = {
  sign: async r => hex(await bbs.sign({
    secretKey: bytes(r.secretKey), publicKey: bytes(r.publicKey),
    header: bytes(r.header), messages: r.messages.map(bytes), ciphersuite
  })),
  verifySignature: async r => bbs.verifySignature({
    publicKey: bytes(r.publicKey), signature: bytes(r.signature),
    header: bytes(r.header), messages: r.messages.map(bytes), ciphersuite
  }),
  deriveProof: async r => hex(await bbs.deriveProof({
    publicKey: bytes(r.publicKey), signature: bytes(r.signature),
    header: bytes(r.header), messages: r.messages.map(bytes),
    presentationHeader: bytes(r.presentationHeader),
    disclosedMessageIndexes: r.disclosedMessageIndexes, ciphersuite
  })),
  verifyProof: async r => bbs.verifyProof({
    publicKey: bytes(r.publicKey), proof: bytes(r.proof), header: bytes(r.header),
    presentationHeader: bytes(r.presentationHeader),
    disclosedMessages: r.disclosedMessages.map(bytes),
    disclosedMessageIndexes: r.disclosedMessageIndexes, ciphersuite
  })
};

const request = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(await operations[request.operation](request)));
