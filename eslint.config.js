import { defineConfig } from 'eslint/config'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import { importX } from 'eslint-plugin-import-x'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'
import { noBareCut } from './script/lint/no-bare-cut.js'

/**
 * Who may import whom: the table of docs/architecture.md. `from` is what the folder may not reach, `except`
 * (relative to `from`) is what it may.
 */
const zones = [
  { target: './src/text', from: './src', except: ['./text'] },
  { target: './src/errors', from: './src', except: ['./errors', './text'] },
  { target: './src/pipeline', from: './src', except: ['./pipeline', './errors', './text'] },
  { target: './src/findings', from: './src', except: ['./findings', './pipeline', './errors', './text'] },
  {
    target: './src/report',
    from: './src',
    except: ['./report', './pipeline', './findings', './errors', './text'],
  },
  {
    target: './src/inputs',
    from: './src',
    except: ['./inputs', './errors', './config/parse-duration.ts', './text'],
  },
  { target: './src/config', from: './src', except: ['./config', './errors', './text'] },
  {
    target: './src/stages',
    from: './src',
    except: ['./stages', './pipeline', './errors', './findings', './config', './systems', './text'],
  },
  {
    target: './src/handover',
    from: './src',
    except: [
      './handover',
      './pipeline',
      './errors',
      './findings',
      './config',
      './report',
      './systems',
      './text',
    ],
  },
  { target: './src/systems', from: './src', except: ['./systems', './errors', './text'] },
]

/** Packages each folder may import, beside Node's own modules. */
const packages = {
  text: [],
  errors: [],
  pipeline: [],
  report: [],
  inputs: [],
  stages: [],
  findings: ['saxes'],
  config: ['zod', 'yaml'],
  handover: ['zod'],
}

const properties = [
  { object: 'core', property: 'setFailed', message: 'Only main sets the exit code.' },
  { object: 'Math', property: 'random', message: 'Random is injected.' },
]

const syntax = [
  {
    selector: "Property[key.name='shell'][value.value=true]",
    message: 'Argument vectors only: no value may reach a shell as text.',
  },
]

const anyPackage = '^(?!node:|\\.{1,2}/)'
const allow = (/** @type {string[]} */ names) =>
  names.length === 0 ? anyPackage : `^(?!node:|\\.{1,2}/|(?:${names.join('|')})(?:/|$))`

export default defineConfig(
  {
    ignores: [
      'dist/',
      'lib/',
      'node_modules/',
      'coverage/',
      'examples/',
      'schema/',
      '__tests__/fixtures/*-service/',
    ],
  },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/prefer-readonly': 'error',
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      'import-x/no-cycle': 'error',
      'no-restricted-properties': ['error', ...properties],
      'no-restricted-syntax': ['error', ...syntax],
    },
  },
  ...Object.entries(packages).map(([folder, names]) => ({
    files: [`src/${folder}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: allow(names),
              message: `src/${folder} may not import this package (see docs/architecture.md).`,
            },
          ],
        },
      ],
    },
  })),
  {
    files: ['src/pipeline/**', 'src/report/**', 'src/findings/**', 'src/stages/**', 'src/config/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Timers are injected.' },
        { name: 'fetch', message: 'Requests go through systems/http.' },
      ],
    },
  },
  {
    files: ['src/**', 'script/**'],
    plugins: { regexp },
    rules: {
      // No text from outside may make a pattern take more than linear time: a busy run cannot be cancelled.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    // Standard output and standard error are our own writer's: see main/guard-log.ts.
    files: ['src/**'],
    ignores: ['src/main/guard-log.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        ...properties,
        ...['stdout', 'stderr', '_rawDebug', 'emitWarning'].map((property) => ({
          object: 'process',
          property,
          message: 'Only systems/runner/output.ts writes to the log.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        ...syntax,
        {
          selector: 'CallExpression[callee.name=/^write/][arguments.0.raw=/^[12]$/]',
          message: 'Only systems/runner/output.ts writes to the log.',
        },
      ],
    },
  },
  {
    files: ['src/**'],
    plugins: { local: { rules: { 'no-bare-cut': noBareCut } } },
    // The redactor itself works on parts.
    ignores: ['src/report/redaction/**'],
    rules: { 'local/no-bare-cut': 'error' },
  },
  {
    files: ['__tests__/**', 'script/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
)
