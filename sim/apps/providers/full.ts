export { full as provider } from "../../../src/profiles/full.js";
