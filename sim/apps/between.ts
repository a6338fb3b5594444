/** Marks of this name stand for the time between messages (network, copying): reports leave them out. */
export const BETWEEN = "-";
