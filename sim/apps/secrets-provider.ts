// A provider that tells the simulator each secret that passes through it, to look for copies of it later. Made while modules load.
import measure from "sim:measure";
import type { AeadAlgorithm, AeadKeys, CryptoProvider, KeyExchange, NamedGroup, Random } from "../../src/crypto/provider.js";

/** Clamping and reduction change a private key's ends: what is between them stays. */
const PRIVATE_FROM = 4;
const PRIVATE_LENGTH = 24;

/** The prototype lies in flash: what takes the place of a method is the object's own. */
function replace<T extends object, K extends keyof T>(object: T, name: K, value: T[K]): void {
  Object.defineProperty(object, name, { value });
}

function tellingKeys(keys: AeadKeys, length: number): AeadKeys {
  const { setKey } = keys;
  replace(keys, "setKey", (opens, bytes, offset) => {
    measure.secret("key of a record cipher", bytes, offset, length);
    setKey.call(keys, opens, bytes, offset);
  });
  return keys;
}

function tellingAead(aead: AeadAlgorithm): AeadAlgorithm {
  return { ...aead, create: (keys) => tellingKeys(aead.create(keys), aead.keyLength) };
}

function tellingExchange(exchange: KeyExchange, group: NamedGroup): KeyExchange {
  const { beginGenerate, writeSecret } = exchange;
  replace(exchange, "beginGenerate", (random) => {
    const telling: Random = {
      fill(bytes, offset, length) {
        random.fill(bytes, offset, length);
        measure.secret("private key share", bytes, offset + PRIVATE_FROM, PRIVATE_LENGTH);
      },
    };
    beginGenerate.call(exchange, telling);
  });
  replace(exchange, "writeSecret", (out, offset) => {
    const good = writeSecret.call(exchange, out, offset);
    measure.secret("shared secret", out, offset, group.secretLength);
    return good;
  });
  return exchange;
}

export function telling(provider: CryptoProvider): CryptoProvider {
  return {
    ...provider,
    suites: provider.suites.map((suite) => ({ ...suite, aead: tellingAead(suite.aead) })),
    groups: provider.groups.map((group) => ({ ...group, create: () => tellingExchange(group.create(), group) })),
  };
}
