import React from "react";

export default function SearchBar() {
  return <lectern-search />;
}
