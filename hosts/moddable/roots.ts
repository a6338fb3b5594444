import { PackedAnchors } from "../../src/x509/packed-anchors.js";
import { bytesOf } from "./bytes-of.js";

/**
 * Trusted roots from a resource of the firmware (`thimble roots --resource -o roots.bin`), read where it lies: `rootsFrom(new Resource("roots.bin"))`. Of
 * each root that is looked up its key is copied, for the time of a verification.
 */
export function rootsFrom(resource: object): PackedAnchors {
  return new PackedAnchors(bytesOf(resource));
}
