export { iotServer as provider } from "../../../src/profiles/iot-server.js";
