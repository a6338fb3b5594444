// Loaded before anything else (`node --require`), so it keeps to syntax that any Node reads: an older one gets this sentence, not a SyntaxError.
"use strict";
var wanted = [20, 19];
var found = process.versions.node.split(".").map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  process.stderr.write("thimble needs Node " + wanted.join(".") + " or newer; this is Node " + process.versions.node + ".\n");
  process.exit(2);
}
