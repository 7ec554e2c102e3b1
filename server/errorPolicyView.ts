import { type ErrorPolicy, errorCatalogueVersion, errorClasses } from '../domain/errorCatalogue.js';
import { errorCodes } from '../domain/errorCodes.js';
import type { ErrorPolicyOverrides } from '../domain/errorPolicyOverrides.js';
import { policyOfClass } from '../domain/policyFor.js';

/** The catalogue of errors as it holds for one workspace. Waits are milliseconds. */
export interface ErrorPolicyView {
  version: number;
  classes: Record<string, ErrorPolicy & { overridden: boolean; codes: string[] }>;
}

export function errorPolicyView(overrides: ErrorPolicyOverrides): ErrorPolicyView {
  const codes = [...errorCodes];
  const classes = errorClasses.map((errorClass) => [
    errorClass,
    {
      ...policyOfClass(errorClass, overrides),
      overridden: overrides[errorClass] !== undefined,
      codes: codes.filter(([, [of]]) => of === errorClass).map(([code]) => code),
    },
  ]);
  return { version: errorCatalogueVersion, classes: Object.fromEntries(classes) };
}
