// `npm run manifests`: prints the manifests for the Moddable SDK again, from what is built. `npm run check` says where one of them is not what it would print.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { manifestText, profilesOf, readPackage } from "./manifests/manifest.js";
import { NATIVE_MANIFESTS, nativeManifestText } from "./manifests/native.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pkg = readPackage(root);
for (const [file, names] of Object.entries(profilesOf(pkg))) writeFileSync(join(root, file), manifestText(root, pkg, names));
for (const file of Object.keys(NATIVE_MANIFESTS)) writeFileSync(join(root, file), nativeManifestText(pkg, file));
