import { PackedAnchors } from "../../src/x509/packed-anchors.js";

/**
 * Trusted roots from a resource of the firmware (`thimble roots --resource -o roots.bin`), read where it lies: `rootsFrom(new Resource("roots.bin"))`. Of
 * each root that is looked up its key is copied, for the time of a verification.
 */
export function rootsFrom(resource: object): PackedAnchors {
  return new PackedAnchors(resource instanceof Uint8Array ? resource : new Uint8Array(resource as ArrayBuffer));
}
