import type { RecordPlan } from "../peer/record-layer.js";
import type { ClientMessageName, ScriptedClient, ScriptedClientOptions } from "../peer/scripted-client.js";
import type { FlightName, ScriptedServer, ScriptedServerOptions } from "../peer/scripted-server.js";

/** Does something before a message of the first flight; without `name`, behind the client's Finished. */
export function at(name: FlightName | null, act: (server: ScriptedServer) => void): Partial<ScriptedServerOptions> {
  return name === null ? { connected: act } : { before: (which, server) => which === name && act(server) };
}

/** Sends a record with parts of it set by hand. */
export function put(name: FlightName | null, parts: Partial<RecordPlan>): Partial<ScriptedServerOptions> {
  return at(name, (server) => {
    server.out.flush();
    server.out.record(parts);
  });
}

/** The record in which the message begins, changed. */
export function change(name: string, edit: (plan: RecordPlan) => RecordPlan): Partial<ScriptedServerOptions> {
  return { coalesce: false, record: (plan) => (plan.messages.includes(name) ? edit(plan) : plan) };
}

export function raw(...bytes: number[]): Partial<RecordPlan> {
  return { raw: new Uint8Array(bytes) };
}

/** The same for a scripted client; without `name`, behind its Finished. */
export function clientAt(name: ClientMessageName | null, act: (client: ScriptedClient) => void): ScriptedClientOptions {
  return name === null ? { opened: act } : { before: (which, client) => which === name && act(client) };
}

export function clientPuts(name: ClientMessageName | null, parts: Partial<RecordPlan>): ScriptedClientOptions {
  return clientAt(name, (client) => {
    client.out.flush();
    client.out.record(parts);
  });
}

/** The record in which the client's message begins, changed. */
export function clientChange(name: ClientMessageName, edit: (plan: RecordPlan) => RecordPlan | RecordPlan[]): ScriptedClientOptions {
  return { coalesce: false, record: (plan) => (plan.messages.includes(name) ? edit(plan) : plan) };
}
