"use client";

import { useRouter } from "next/navigation";

/** The box; Next's router follows its links to pages of this site, as it does those of `next/link`. */
export function Search() {
  const router = useRouter();

  function follow(event) {
    const link = event.nativeEvent.composedPath().find(({ localName }) => localName === "a");
    if (!link || link.target || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.push(link.href);
  }

  return <lectern-search onClick={follow} />;
}
