// Takes pre-master secrets out of decrypted blocks, the right one and each kind of wrong one: one count of instructions each. Names are read by
// test/sim/constant-time.test.ts.
import measure from "sim:measure";
import { takePreMasterSecret } from "../../src/crypto/pre-master-secret.js";
import { insecureFixedRandom } from "./fixed-random.js";

const OCTETS = 256;
const VERSION = 0x0303;
const SEPARATOR = OCTETS - 49;

const right = new Uint8Array(OCTETS);
insecureFixedRandom.fill(right, 0, OCTETS);
for (let i = 2; i < SEPARATOR; i++) right[i] = right[i] | 1;
right[0] = 0;
right[1] = 2;
right[SEPARATOR] = 0;
right[SEPARATOR + 1] = VERSION >> 8;
right[SEPARATOR + 2] = VERSION & 0xff;

const secret = new Uint8Array(48);
const block = new Uint8Array(OCTETS);

/** A block with one octet changed; -1: with none. */
function one(name: string, at: number, value: number): void {
  for (let i = 0; i < OCTETS; i++) block[i] = right[i];
  if (at >= 0) block[at] = value;
  count(name);
}

function count(name: string): void {
  insecureFixedRandom.fill(secret, 0, 48);
  const text = `unpadding ${name} 0`;
  measure.collect();
  measure.begin(text);
  takePreMasterSecret(block, 0, OCTETS, VERSION, secret, 0);
  measure.end(text);
}

// The first count of all is a few instructions more.
one("to begin with", -1, 0);
one("right", -1, 0);
one("first octet", 0, 1);
one("block type", 1, 1);
for (const at of [2, 3, 10, 100, SEPARATOR - 1]) one(`zero at ${at}`, at, 0);
one("no separator", SEPARATOR, 0xff);
one("major version", SEPARATOR + 1, 2);
one("minor version", SEPARATOR + 2, 0xff);
one("another secret", OCTETS - 1, right[OCTETS - 1] ^ 0x80);
block.fill(0);
count("zeros");
block.fill(0xff);
count("ones");
for (let i = 0; i < OCTETS; i++) block[i] = i & 1 ? 0x80 : 0x7f;
count("other octets");
