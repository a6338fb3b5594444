// Primitives that tell when they run, to count their instructions. What makes an object of a primitive is replaced while modules load, before flash is frozen; the
// objects stay what they are, with own methods that call the real ones.
import measure from "sim:measure";
import type { CryptoProvider, HashAlgorithm } from "../../src/crypto/provider.js";

type Method = (...values: unknown[]) => unknown;
type Maker = Record<string, Method | undefined>;

function methodsOf(object: object): Set<string> {
  const found = new Set<string>();
  for (let one = Object.getPrototypeOf(object); one !== Object.prototype && one !== null; one = Object.getPrototypeOf(one))
    for (const name of Object.getOwnPropertyNames(one))
      if (name !== "constructor" && typeof Object.getOwnPropertyDescriptor(one, name)?.value === "function") found.add(name);
  return found;
}

function tell<T extends object>(object: T, name: string): T {
  for (const key of methodsOf(object)) {
    const method = (object as Record<string, unknown>)[key] as Method;
    const told = function (this: unknown, ...values: unknown[]): unknown {
      measure.enter();
      try {
        return method.apply(this, values);
      } finally {
        measure.leave(name);
      }
    };
    Object.defineProperty(object, key, { value: told });
  }
  return object;
}

function replace(maker: object, key: string, name: string): void {
  const make = (maker as Maker)[key];
  if (make === undefined) return;
  (maker as Maker)[key] = function (this: unknown, ...values: unknown[]): unknown {
    return tell(make.apply(this, values) as object, name);
  };
}

/** Replaces what makes an object of one of its primitives. Before flash is frozen. */
export function tellPrimitives(provider: CryptoProvider): void {
  const hashes = new Set<HashAlgorithm>([provider.sha256]);
  for (const suite of provider.suites) hashes.add(suite.hash);
  for (const signature of provider.signatures) hashes.add(signature.hash);
  for (const hash of hashes) {
    replace(hash, "create", hash.name);
    replace(hash, "createKeyed", `HMAC with ${hash.name}`);
  }
  for (const { aead } of provider.suites) replace(aead, "create", aead.name);
  for (const group of provider.groups) replace(group, "create", group.name);
  for (const signature of provider.signatures) replace(signature, "createVerifier", signature.name);
}
