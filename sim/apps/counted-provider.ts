// The provider of a device whose primitives tell when they run.
import "./unfrozen.js";
import { provider } from "sim:counted";
import { tellPrimitives } from "./tell-primitives.js";

tellPrimitives(provider);

export { provider };
