// Moddable's "Resource": a file of the folder --resources, where it lies in flash. It is a buffer that views can be made of.
const { storage } = globalThis.simNative;

export default class Resource {
  constructor(path) {
    const bytes = storage.resource(path);
    if (bytes === undefined) throw new URIError(`Resource not found: ${path}`);
    Object.setPrototypeOf(bytes, new.target.prototype);
    // biome-ignore lint/correctness/noConstructorReturn: a host buffer can't be made otherwise
    return bytes;
  }

  get byteLength() {
    return new DataView(this).byteLength;
  }

  slice(begin, end) {
    return new Uint8Array(this).slice(begin, end).buffer;
  }

  static exists(path) {
    return storage.resource(path) !== undefined;
  }
}
