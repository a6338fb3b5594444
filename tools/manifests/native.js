// The manifests that put C in the place of JavaScript: an app includes one beside a profile's. Each takes the modules with the inner loops out of the
// build ("~"), whatever brings them and in whatever order, and gives their names to natives.
import { posix } from "node:path";

/** Where the natives are, and the modules whose names they take: file by file the same. */
export const FOLDER = "hosts/moddable/native-crypto";
export const REPLACED = "src/crypto/xs/generated";
const KCL = "$(MODDABLE)/modules/crypt/digest/kcl";

/** What each part brings: modules, C of ours, C of the SDK (with its header). */
const SHA1 = { modules: ["sha1-blocks"], own: ["thimble-sha1"], sdk: ["fips180"] };
const SHA256 = { modules: ["sha256-blocks"], own: ["thimble-sha256"], sdk: ["fips180"] };
const SHA512 = { modules: ["sha512-blocks"], own: ["thimble-sha512"], sdk: ["fips180"] };
const AES = { modules: ["aes-ctr"], own: ["thimble-aes"], sdk: ["fips197"] };
const GHASH = { modules: ["aes-ghash"], own: ["thimble-ghash"], sdk: [] };
const CBC_MAC = { modules: ["aes-cbc-mac"], own: ["thimble-aes"], sdk: ["fips197"] };
const CBC = { modules: ["aes-cbc"], own: ["thimble-aes"], sdk: ["fips197"] };
const CHACHA20 = { modules: ["chacha20"], own: ["thimble-chacha20"], sdk: ["chacha"] };
const POLY1305 = { modules: ["poly1305"], own: ["thimble-poly1305"], sdk: [] };

const part = (name) => `${FOLDER}/manifest-${name}.json`;

export const NATIVE_MANIFESTS = {
  // What the profiles iotClient and iotServer compute with.
  "manifest-native.json": [SHA256, CHACHA20, POLY1305, AES, GHASH],
  // What the profile full computes with, and TLS 1.2 with all suites.
  "manifest-native-full.json": [SHA256, CHACHA20, POLY1305, AES, GHASH, SHA512, CBC_MAC, SHA1, CBC],
  // One by one.
  [part("sha256")]: [SHA256],
  [part("sha512")]: [SHA512],
  [part("sha1")]: [SHA1],
  [part("chacha20-poly1305")]: [CHACHA20, POLY1305],
  [part("aes-gcm")]: [AES, GHASH],
  [part("aes-ccm")]: [AES, CBC_MAC],
  [part("aes-cbc")]: [CBC],
};

/** The modules that a manifest takes the place of. */
export function replacedBy(file) {
  return NATIVE_MANIFESTS[file].flatMap(({ modules }) => modules);
}

export function nativeManifestText(pkg, file) {
  const parts = NATIVE_MANIFESTS[file];
  const up = posix.relative(posix.dirname(file), ".");
  const at = (path) => (up === "" ? `./${path}` : `${up}/${path}`);
  const all = (kind) => [...new Set(parts.flatMap((one) => one[kind]))];
  const modules = replacedBy(file);
  const manifest = {
    modules: {
      "~": modules.map((name) => at(`dist/${REPLACED}/${name}.js`)),
      ...Object.fromEntries(modules.map((name) => [`${pkg.name}/${REPLACED}/${name}`, at(`${FOLDER}/${name}.js`)])),
      "*": [
        at(`${FOLDER}/thimble-native.h`),
        ...all("own").map((name) => at(`${FOLDER}/${name}.c`)),
        ...all("sdk").map((name) => `${KCL}/${name}`),
      ],
    },
    preload: modules.map((name) => `${pkg.name}/${REPLACED}/${name}`),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
