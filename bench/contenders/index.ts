export type { Config, Contender, ToolResult } from "./contender";
export { ansible, mitogen } from "./ansible";
export { plainSsh } from "./plainSsh";
export { pulumi } from "./pulumi";
export { pyinfra } from "./pyinfra";
