import Link from "next/link";

export function useMDXComponents() {
  return { a: Link };
}
