// Several changes as one step for undo: each step runs commands of its own inside this one.

class Several {
  preExecute({ steps }) {
    for (const step of steps) step();
  }
}

const register = (commandStack) => commandStack.registerHandler("spoc.several", Several);
register.$inject = ["commandStack"];

export const severalModule = { __init__: [register] };
