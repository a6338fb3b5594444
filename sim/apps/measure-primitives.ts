import { measurePrimitives } from "./primitives.js";

measurePrimitives();
