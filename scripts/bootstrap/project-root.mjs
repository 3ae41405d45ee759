import path from 'path';
import { fileURLToPath } from 'url';

/** The folder of package.json, wherever the script was started from. */
export const projectRoot = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
