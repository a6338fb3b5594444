// Holds the manifests to the imports of what is built: every module that a profile reaches, none besides, all of them preloaded.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exportsOf } from "./graph.js";
import { contentsOf, manifestText, profilesOf, readPackage } from "./manifest.js";
import { FOLDER, NATIVE_MANIFESTS, nativeManifestText, REPLACED, replacedBy } from "./native.js";

/** Modules that every device has, or that the SDK's io manifest brings. */
const DEVICE = ["timer", "time", "mc/config", "Resource", "embedded:io/socket/listener", "embedded:thimble/entropy"];

/** What two lists of names do not have in common. */
function differences(file, committed, printed) {
  const missing = printed.filter((name) => !committed.includes(name)).map((name) => `${file}: ${name} is missing`);
  const extra = committed.filter((name) => !printed.includes(name)).map((name) => `${file}: ${name} is one too many`);
  return [...missing, ...extra];
}

/** Findings: lines. isChecked(module of dist/): it was held to the rules for flash. */
export function checkManifests(root, isChecked) {
  const pkg = readPackage(root);
  const findings = [];
  for (const [file, names] of Object.entries(profilesOf(pkg))) {
    const { modules, outside } = contentsOf(root, pkg, names);
    for (const module of modules) if (!isChecked(module)) findings.push(`${file}: ${module} is not for devices`);
    for (const specifier of outside) if (!DEVICE.includes(specifier)) findings.push(`${file}: no device has "${specifier}"`);
    if (!pkg.files.includes(file)) findings.push(`${file}: package.json does not ship it`);
    const printed = manifestText(root, pkg, names);
    let committed = "";
    try {
      committed = readFileSync(join(root, file), "utf8");
    } catch {
      // Told below.
    }
    if (committed === printed) continue;
    findings.push(`${file} is not what the imports say: npm run manifests`);
    if (committed === "") continue;
    const [is, should] = [JSON.parse(committed), JSON.parse(printed)];
    findings.push(...differences(file, Object.keys(is.modules), Object.keys(should.modules)));
    findings.push(...differences(`${file}, preload`, is.preload, should.preload));
  }
  return [...findings, ...checkNatives(root, pkg)];
}

/** The natives export what the modules do whose names they take, and call functions that are there. */
function checkNatives(root, pkg) {
  const findings = [];
  const folder = join(root, FOLDER);
  const text = (file) => readFileSync(join(folder, file), "utf8");
  const files = readdirSync(folder);
  const functions = files.filter((file) => file.endsWith(".c")).flatMap((file) => text(file).match(/(?<=^void )xs_thimble_\w+/gm) ?? []);
  const called = [];
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    const own = exportsOf(text(file)).sort();
    const replaced = exportsOf(readFileSync(join(root, "dist", REPLACED, file), "utf8")).sort();
    if (own.join() !== replaced.join()) findings.push(`${FOLDER}/${file} exports ${own.join(", ")} in place of ${replaced.join(", ")}`);
    called.push(...(text(file).match(/(?<=native\(")\w+/g) ?? []));
    if (!replacedBy("manifest-native-full.json").includes(file.slice(0, -3)))
      findings.push(`manifest-native-full.json: ${file} is missing`);
  }
  for (const name of called) if (!functions.includes(name)) findings.push(`${FOLDER}: no C has ${name}`);
  for (const name of functions) if (!called.includes(name)) findings.push(`${FOLDER}: nothing calls ${name}`);
  for (const file of Object.keys(NATIVE_MANIFESTS)) {
    if (!pkg.files.some((shipped) => file === shipped || file.startsWith(`${shipped}/`)))
      findings.push(`${file}: package.json does not ship it`);
    let committed = "";
    try {
      committed = readFileSync(join(root, file), "utf8");
    } catch {
      // Told below.
    }
    if (committed !== nativeManifestText(pkg, file)) findings.push(`${file} is not what tools/manifests/native.js says: npm run manifests`);
  }
  return findings;
}
