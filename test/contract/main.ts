// A device app: tries every rule of the contract and prints one line for each. It stands on nothing but what a device has, so that it runs in the
// simulator and in a build of the SDK alike.

import { FAILURE_RULES } from "./failure-rules.js";
import { LIFE_RULES } from "./life-rules.js";
import { LISTENER_RULES } from "./listener-rules.js";
import { OPTION_RULES } from "./option-rules.js";
import { PSK_RULES } from "./psk-rules.js";
import { READ_RULES } from "./read-rules.js";
import { SDK_RULES } from "./sdk-rules.js";
import { tryAll } from "./trial.js";
import { WRITE_RULES } from "./write-rules.js";

const rules = [
  ...READ_RULES,
  ...WRITE_RULES,
  ...LIFE_RULES,
  ...FAILURE_RULES,
  ...OPTION_RULES,
  ...LISTENER_RULES,
  ...PSK_RULES,
  ...SDK_RULES,
];

tryAll(
  rules,
  (rule, why) => trace(why === null ? `ok ${rule.name}\n` : `FAILED ${rule.name}: ${why}\n`),
  (failed) => trace(`contract: ${rules.length - failed} of ${rules.length} rules hold\n`),
);
