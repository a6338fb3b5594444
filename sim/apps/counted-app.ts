// As marked-app, and all primitives tell when they run. What that takes is their own memory and time: it is for counting them alone.
import "./unfrozen.js";
import { full } from "../../src/profiles/full.js";
import "./marked-app.js";
import { tellPrimitives } from "./tell-primitives.js";

tellPrimitives(full);
