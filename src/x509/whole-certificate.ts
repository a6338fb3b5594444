/** Fields of a certificate that is there as a whole and was found to be well-formed before: nothing is checked here. */
import { contentAt, endOf } from "./octets.js";

/** Where the nth field behind version stands: serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo. */
function fieldAt(der: Uint8Array, n: number): number {
  let at = contentAt(der, contentAt(der, 0));
  if (der[at] === 0xa0) at = endOf(der, at);
  for (let i = 0; i < n; i++) at = endOf(der, at);
  return at;
}

export function subjectAt(der: Uint8Array): number {
  return fieldAt(der, 4);
}

export function keyInfoAt(der: Uint8Array): number {
  return fieldAt(der, 5);
}

/** Content octets of serialNumber. */
export function serialOf(der: Uint8Array): Uint8Array {
  const at = fieldAt(der, 0);
  return der.slice(contentAt(der, at), endOf(der, at));
}

/** DER of the SubjectPublicKeyInfo. */
export function keyInfoOf(der: Uint8Array): Uint8Array {
  const at = keyInfoAt(der);
  return der.slice(at, endOf(der, at));
}

/** Where the OCTET STRING of extension 2.5.29.number stands, 0 where there is none. */
export function extensionAt(der: Uint8Array, number: number): number {
  let at = endOf(der, keyInfoAt(der));
  while (der[at] === 0x81 || der[at] === 0x82) at = endOf(der, at);
  if (der[at] !== 0xa3) return 0;
  const list = contentAt(der, at);
  const last = endOf(der, list);
  for (let extension = contentAt(der, list); extension < last; extension = endOf(der, extension)) {
    const id = contentAt(der, extension);
    if (der[id + 1] !== 3 || der[id + 2] !== 0x55 || der[id + 3] !== 0x1d || der[id + 4] !== number) continue;
    const value = id + 5;
    return der[value] === 0x01 ? endOf(der, value) : value;
  }
  return 0;
}

/** Whether keyUsage, where there is one, has cRLSign. */
export function maySignLists(der: Uint8Array): boolean {
  const value = extensionAt(der, 15);
  return value === 0 || (der[contentAt(der, value) + 3]! & 0x02) !== 0;
}
