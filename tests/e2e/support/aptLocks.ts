import type { Host } from "../../../lab/host";

/**
 * Simulate another apt on a host. It holds the lock of the lists and then that of dpkg, for this
 * number of seconds each.
 */
export async function holdAptLocks(host: Host, seconds: number): Promise<void> {
    const hold = (file: string) =>
        `open($f, ">", "${file}") or die; fcntl($f, F_SETLK, $lock) or die; print "held\\n"; sleep ${seconds}; close $f;`;
    await host.run(`
        rm -f /tmp/locks; mkdir -p /var/lib/apt/lists
        nohup perl -MFcntl -e '
            $| = 1;
            $lock = pack("s s x4 l! l! i", F_WRLCK, 0, 0, 0, 0);
            ${hold("/var/lib/apt/lists/lock")}
            ${hold("/var/lib/dpkg/lock-frontend")}
        ' >/tmp/locks 2>&1 </dev/null &
        echo $! >/tmp/locks.pid
        until [ -s /tmp/locks ]; do sleep 0.1; done
        [ "$(cat /tmp/locks)" = held ]`);
}

/** End the simulated apt early, if it runs. */
export async function releaseAptLocks(host: Host): Promise<void> {
    await host.run(
        "[ ! -e /tmp/locks.pid ] || { kill $(cat /tmp/locks.pid) || :; rm /tmp/locks.pid; }",
    );
}
