// Material's header, the navigation bar of MkDocs' own theme, or the page itself.
const place = document.querySelector(".md-header__inner, #navbar-collapse") ?? document.body;
place.append(document.createElement("lectern-search"));
