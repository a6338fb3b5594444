// The client's second handshake with a server whose certificates' signatures it remembers (RememberedSignatures); client13.handshake is a first one.
import { CLIENT13 } from "./client13.js";
import { measureInstructions } from "./replay.js";
import { instructions, type Scenario } from "./scenario.js";

const NAME = "client13.reconnect";
const APP = "measure-reconnect";

async function handshake(app: string): Promise<number> {
  const counted = await measureInstructions(app, CLIENT13.flight);
  const parts = counted.instructions.handshake?.parts ?? [];
  return parts.reduce((sum, part) => (part.name.startsWith("NewSessionTicket") ? sum : sum + part.instructions), 0);
}

export const reconnect: Scenario = {
  name: NAME,
  async measure(counting) {
    if (!counting) return {};
    return { [`${NAME}.handshake`]: instructions(await handshake(APP)) };
  },
};
