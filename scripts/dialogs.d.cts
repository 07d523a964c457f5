export function templateOf(type: string): string;
export function scriptOf(type: string): string;
export function dialogOf(type: string): string;
export function catalogueOf(type: string, language: string): Record<string, unknown>;
