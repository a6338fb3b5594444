// First argument: connect or fail. Second: how often, after ten times that are not counted.
import host from "sim:host";
import measure from "sim:measure";
import { LeakLoop } from "./leak-loop.js";
import { Memo, memoProvider } from "./memo-provider.js";
import { replayConfig } from "./replay-config.js";

const failing = host.argument(0) === "fail";
const count = Number(host.argument(1));
const memo = new Memo();
const loop = new LeakLoop({ ...replayConfig, provider: memoProvider(memo) });
memo.known = true;

function repeat(times: number): void {
  if (failing) loop.fail(times);
  else loop.connect(times);
}

repeat(10);
measure.reset();
const chunkBytes = measure.counter("chunkBytes");
const slots = measure.counter("slots");
repeat(count);
measure.collect();
trace("@leak ", measure.counter("chunkBytes") - chunkBytes, " ", measure.counter("slots") - slots, "\n");
