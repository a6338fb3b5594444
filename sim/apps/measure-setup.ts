// One whole replayed handshake of any set-up (sim/planner), then at rest, then parked.
import { certificates, key, records, root, serverName, session } from "sim:flight";
import measure from "sim:measure";
import { setup } from "sim:setup";
import type { ServerConfig } from "../../src/config.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { p384Keys } from "../../src/keys/p384-key.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { insecureFixedRandom } from "./fixed-random.js";
import { replayClient, replayServer } from "./replay-handshake.js";
import { clientOf, type SetupParts, serverOf } from "./setup-config.js";

const parts: SetupParts = {
  random: insecureFixedRandom,
  root,
  serverName,
  identities:
    certificates.length === 0 ? [] : [identityFrom({ certificates, key, keys: [p256Keys, p384Keys, rsaKeys], sha256: full.sha256 })],
  // The app's: it keeps its session whatever comes.
  store: { get: () => (session.length === 0 ? null : session), put() {}, remove() {} },
};

// They stay, as an app's do: what a connection lets go of is its own.
const client = setup.role === "client" ? clientOf(setup, parts) : null;
const server = client === null ? serverOf(setup, parts) : null;

const connection = client !== null ? replayClient(client, records) : replayServer(server as ServerConfig, records);
connection.park();
measure.mark("parked");
if (client === null && server === null) throw new Error("there is no config");
