// ECMA-419 key-value storage, in its format "buffer" alone.
const { storage } = globalThis.simNative;

class Storage {
  #domain;
  #writes;

  constructor(path, writes) {
    this.#domain = `storage:${path}`;
    this.#writes = writes;
  }

  #open(writing) {
    if (this.#domain === undefined) throw new SyntaxError("closed");
    if (writing && !this.#writes) throw new Error("opened for reading");
    return this.#domain;
  }

  read(key) {
    return storage.read(this.#open(false), key);
  }

  write(key, value) {
    storage.write(this.#open(true), key, value);
  }

  delete(key) {
    storage.delete(this.#open(true), key);
  }

  close() {
    this.#domain = undefined;
  }

  *[Symbol.iterator]() {
    let key;
    for (let i = 0; (key = storage.key(this.#open(false), i)) !== undefined; i++) yield key;
  }

  get format() {
    return "buffer";
  }

  set format(value) {
    if (value !== "buffer") throw new RangeError("the simulator keeps buffers alone");
  }
}

const KeyValue = {
  open({ path, mode = "r+", format = "buffer" }) {
    if (typeof path !== "string" || path === "") throw new TypeError("a path is wanted");
    if (mode !== "r" && mode !== "r+") throw new RangeError("mode is r or r+");
    const opened = new Storage(path, mode === "r+");
    opened.format = format;
    return opened;
  },
};

export { KeyValue as default };
