import { client13, client13AesGcm } from "./client13.js";
import { leaks } from "./leaks.js";
import { primitives } from "./primitives.js";
import { recordsAesGcm, recordsChaCha } from "./records.js";
import type { Scenario } from "./scenario.js";
import { socket } from "./socket.js";

export const SCENARIOS: readonly Scenario[] = [client13, client13AesGcm, socket, recordsChaCha, recordsAesGcm, primitives, leaks];
