// `npm run sim`: see sim/options.ts for what it takes.
import { sim } from "./sim.js";

await sim(process.argv.slice(2));
