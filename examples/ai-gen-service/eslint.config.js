import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'reports/'] },
  tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  {
    files: ['test/**/*.ts'],
    // node:test returns promises that the runner itself waits for.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
)
