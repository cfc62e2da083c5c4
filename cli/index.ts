#!/usr/bin/env node
import { main } from "./main";

// `head` closes the pipe when it has read enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
});

void main(process.argv.slice(2)).then((status) => (process.exitCode = status));
