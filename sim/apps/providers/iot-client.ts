export { iotClient as provider } from "../../../src/profiles/iot-client.js";
