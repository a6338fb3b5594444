#!/usr/bin/env node
// The command `thimble`. Kept to old syntax, so that an old Node says what it needs instead of reporting a SyntaxError.
var wanted = [20, 19];
var found = process.versions.node.split(".").map(Number);
if (found[0]! < wanted[0]! || (found[0] === wanted[0] && found[1]! < wanted[1]!)) {
  process.stderr.write("thimble needs Node " + wanted.join(".") + " or newer; this is Node " + process.versions.node + ".\n");
  process.exitCode = 2;
} else {
  import("./main.js").then(function (main) {
    return main.main(process.argv);
  });
}
