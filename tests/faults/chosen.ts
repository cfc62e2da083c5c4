/** Fast scenarios by theme. */
const themes = [
    ["director-stop", "keepalived-killed", "network-restart"],
    ["server-crash", "no-server"],
    ["bad-configuration", "wrong-network", "drain"],
    ["ssh-dropped", "interrupted", "changed-by-hand"],
];

/** Choose a fast scenario of each theme by a seed. */
export function chosenBy(seed: number): string[] {
    return themes.map((names, index) => names[(seed + index) % names.length]!);
}
