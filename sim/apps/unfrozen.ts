// Imported before all else where primitives are to tell when they run: what modules freeze for flash stays open until flash itself is frozen.
Object.freeze = <T>(object: T): T => object;
