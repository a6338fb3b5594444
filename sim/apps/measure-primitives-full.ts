import { measurePrimitivesFull } from "./primitives-full.js";

measurePrimitivesFull();
