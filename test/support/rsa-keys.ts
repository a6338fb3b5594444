/** An RSA key for tests, made for them by OpenSSL, and the slow way to use it. */
import { integer, sequence } from "./der.js";
import { fromHex, toHex } from "./hex.js";

/** RSAPrivateKey (RFC 8017 A.1.2), 2,048 bits. */
export const RSA_2048: Uint8Array = fromHex(
  [
    "308204a30201000282010100bc85a9f873ddcfbe5cd9c51c4231cd56d65753dc7f607d98a94aa3f71789b0601480c0a48ecd87f5b7381d0a735beb82e7c27021",
    "aa5eb75c7d17ce49b2d5e04150533a48abf7f01fe20704aa354313f6885ef0cabf0ee3233f8bc69d88ee3e842a5eebdd1f69502df2b71874ed1ed536ce4362b1",
    "5f4b82d50b631f5792c0d669882c2434a560e086a383631f9906193acf66da5c6528e65be26e2d3755ad1c2b0cd821bf6dde36b1fb4b340fecbf69a7999c99d8",
    "25478959bee649f2ea92098563d749e0a9cfcd5d2b8f81f74889fcad741e88124a172a0fd2ca3118331511682a40795f21d15811b5786ebfcd155ee22892d632",
    "846b4c20b962e15c5709ad870203010001028201001b159afb4a6e3223f7c403a9112b858435cc1b0cc1321429441d289c5dc1d6d89ee97683cdce627b9f448d",
    "0b8cd2466e2aacc91e55134185a4a5306a6f2a820af026dce746e99a92820f1f10f310fd83bc48e390454db6bd402a6d3101d4b49f9954c4cf226da76aca859a",
    "9a65dcb9a6239113d346cd1af14faf00783ce9be83f0c01a25625613bd64ce8a522a6b1b8cef0426271a389c8aafde3b14be2b4c497493b9ad6c576c382d7459",
    "c42e69bebf558e0a55284f5adc64e0f0d18b790474fff7e01ee789ee2861d9741edcef3fbf2e4a35faf74a63335f4a89e85da595e97997f9380a4a0c29946403",
    "09421341415f4fdd0486ed4ecee01b6bfe199318d502818100dc26d44c31026447f39057a44d934b955b55fa19197fb5bb4a4e0aebbdef0ae9153492b95dd060",
    "6e34b162f6972e8d614cf09c10cd33d3cfd404df4cbbbd05bc9ed10118b477a9871e154644190039a589d3babd120016d0d5dab03632d4d2429c3c6f57a69e98",
    "91b999bc048bd5c38a427de8ee91e2f2251a17eb51b45a694302818100db3855e3d8b2c5126c08549d7017921d49bae62eebb0d6292412141a6d87b42b254c5b",
    "2108ad26864a19c6dc81d17c1e28f65465ebd61ef547fb1ae3d713c4f68eebe193ab5004c70ebf094bcf921e1a63a7781a7f23b7e9120276676abd2381d92e87",
    "0484742aa62eea48631abc0e720697f847affa5976192c889e33fdf46d02818100a3bbe54d3d6e0ff34b7ce111fbf83ed0b87b7b64cb88263b438a43a90d3c0a",
    "1b4c802b57de242a740c90998fd8e4f0959b49a0690695334570e4a6c74521d2707495f180d447e337f0f1d5aeb4016cde6761a793131e29d9ec1397d6d77b5d",
    "5dd921419628ffef6d02630a693f2f1f1d675289b9559b3a88c99d5c9109d7ec4d02818010c14887469bbb46422d8cd20fac2d85c189e067fba9a364b7960e25",
    "4af3d1486eec5c16b5440eaabae52776d9113acc4f532c7631c546ce7676f1c23241178fc4b2b0a609b4eef88bdefc05e85281ac80ab5f199f580a896ccff55e",
    "c820b6a309076e58610b43eb39b0bc619ebc7ada2a38d9481962280e47b448a8d6ce752d0281802ded7cf5391aff39a604905ff07c289f60510f8f4414cbb690",
    "94e58bd91727e7ff5fc8c13a24e8a6051df9cf41f744859a61dfe71b5cdbcf1b79aec255e5e6db781ddb02e24d927c09523421ae8a074f310c27f6c05d966468",
    "19a34799910c219499ed1d8048f4e1591e7ab0be9f24410f910cfbe363d5c4916320cb4a804530",
  ].join(""),
);

/** Its numbers: version, n, e, d, p, q, d mod (p - 1), d mod (q - 1), 1 / q mod p. */
export const NUMBERS_2048: readonly bigint[] = numbersOf(RSA_2048);
export const MODULUS_2048: bigint = NUMBERS_2048[1]!;

/** The INTEGERs of a well-formed DER SEQUENCE. */
export function numbersOf(der: Uint8Array): bigint[] {
  const numbers: bigint[] = [];
  const content = (at: number): number => at + (der[at + 1]! < 128 ? 2 : 2 + (der[at + 1]! & 127));
  for (let at = content(0); at < der.length; ) {
    const start = content(at);
    let length = 0;
    if (start === at + 2) length = der[at + 1]!;
    else for (let i = at + 2; i < start; i++) length = 256 * length + der[i]!;
    at = start + length;
    numbers.push(numberOfBytes(der.slice(start, at)));
  }
  return numbers;
}

export function numberOfBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

export function bytesOfNumber(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, "0"));
}

/** INTEGER, not negative, in the fewest octets. */
export function derNumber(value: bigint): Uint8Array {
  return integer(bytesOfNumber(value, Math.floor(value.toString(2).length / 8) + 1));
}

export function publicKeyDer(modulus: bigint, exponent: bigint): Uint8Array {
  return sequence(derNumber(modulus), derNumber(exponent));
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let i = exponent.toString(2).length - 1; i >= 0; i--) {
    result = (result * result) % modulus;
    if ((exponent >> BigInt(i)) & 1n) result = (result * base) % modulus;
  }
  return result;
}

/** x^d mod n with the key of 2,048 bits. */
export function privatePower(x: bigint): bigint {
  const p = NUMBERS_2048[4]!;
  const q = NUMBERS_2048[5]!;
  const a = power(x % p, NUMBERS_2048[6]!, p);
  const b = power(x % q, NUMBERS_2048[7]!, q);
  return b + q * ((((a + p - (b % p)) % p) * NUMBERS_2048[8]!) % p);
}
