import type { ClientConfig, ServerConfig } from "../../src/config.js";
import { plan, type Room, shortage } from "../../src/planner/plan.js";
import type { PlanConfig } from "../../src/planner/plan-config.js";
import { planForClient, planForServer } from "../../src/planner/plan-for.js";

/** Why connections of a config do not fit; "": they do. `known`: what the host knows of them, and no config tells. */
export interface MemoryCheck {
  client(config: ClientConfig, known: Partial<PlanConfig>): string;
  server(config: ServerConfig, known: Partial<PlanConfig>): string;
}

/**
 * `memory` of `secure`: the constructor asks the planner, before it connects or listens, whether there is room for what is asked, and throws where there is
 * not. room: what the app leaves free of each heap, as its manifest sets them; more: what the plan is to know besides, as `connections`, or the keys of a
 * server. Throws a RangeError for a config that there are no figures for.
 */
export function plannedMemory(room: Room, more: Partial<PlanConfig> = {}): MemoryCheck {
  return {
    client: (config, known) => shortage(plan(planForClient(config, { ...known, ...more })), room),
    server: (config, known) => shortage(plan(planForServer(config, { ...known, ...more })), room),
  };
}
