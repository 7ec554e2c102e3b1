/**
 * Loaded once a worker thread, before any workflow. For each promise of a workflow the SDK takes a stack trace and looks up
 * its lines in the source map, which costs more than the workflow's own code. A few frames are enough to say where it waits.
 */
Error.stackTraceLimit = 4;
