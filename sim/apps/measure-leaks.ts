// First argument: connect or fail. Second: how often, after twelve times that are not counted.
import host from "sim:host";
import measure from "sim:measure";
import { LeakLoop } from "./leak-loop.js";
import { Memo, memoProvider } from "./memo-provider.js";
import { replayConfig } from "./replay-config.js";

const WARM_UP = 12;

const failing = host.argument(0) === "fail";
const count = Number(host.argument(1));
const memo = new Memo();
let chunkBytes = -1;
let slots = 0;

function done(loop: LeakLoop): void {
  memo.known = true;
  measure.collect();
  if (chunkBytes >= 0) {
    trace("@leak ", measure.counter("chunkBytes") - chunkBytes, " ", measure.counter("slots") - slots, "\n");
    return;
  }
  chunkBytes = measure.counter("chunkBytes");
  slots = measure.counter("slots");
  loop.repeat(count);
}

/** The first connections, which are opened whole, make the memo. */
new LeakLoop({ ...replayConfig, provider: memoProvider(memo) }, false, () => {
  memo.known = true;
  new LeakLoop({ ...replayConfig, provider: memoProvider(memo) }, failing, done).repeat(WARM_UP);
}).repeat(1);
