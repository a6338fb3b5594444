import { ScriptedServer, type ScriptedServerOptions } from "./scripted-server.js";

/** What one side said, in order; for replays, figures and fuzzing from a known start. */
export interface RecordedFlight {
  /** Every answer of the server: the bytes that followed each piece of the client's. */
  readonly server: readonly Uint8Array[];
  /** The client's pieces. */
  readonly client: readonly Uint8Array[];
}

/**
 * Runs a handshake and keeps the bytes. `client` is fed with the server's answers and gives its next bytes; it begins with an empty answer, and
 * an empty piece of it ends the recording. With fixed random and clock on its side, the same client gets the same handshake out of
 * `replay` later, with no server there.
 */
export function recordFlight(options: ScriptedServerOptions, client: (answer: Uint8Array) => Uint8Array): RecordedFlight {
  const server = new ScriptedServer(options);
  const flight: { server: Uint8Array[]; client: Uint8Array[] } = { server: [], client: [] };
  let piece = client(new Uint8Array(0));
  while (piece.length > 0) {
    const answer = server.receive(piece);
    flight.client.push(piece);
    flight.server.push(answer);
    piece = client(answer);
  }
  if (server.problems.length > 0) throw new Error(`recorded flight: ${server.problems.join("; ")}`);
  return flight;
}
