/// <reference types="@moddable/typings/mc/config.d.ts" />
// Runs while the firmware is linked. The SDK's TLS leaves its settings in mc/config, and its socket has the name that ours has: of the two the
// build would take the one whose manifest it met first, and say nothing.
import config from "mc/config";

if ((config as { tls?: unknown }).tls !== undefined)
  // allow: module-call — it runs in the linker alone, to stop it
  throw new Error(
    "thimble and the TLS of the Moddable SDK are both in this build. Leave out the SDK's: modules/crypt/tls.json and tls_419.json, and what includes them (manifest_httpsclient.json, manifest_mqttsclient.json, manifest_wssclient.json, tlssocket/manifest.json); include manifest_httpclient.json, manifest_mqttclient.json, manifest_websocketclient.json instead",
  );
