// A whole connection to a real server, marked message by message and record by record.
import { LiveDriver } from "./live-driver.js";

new LiveDriver();
