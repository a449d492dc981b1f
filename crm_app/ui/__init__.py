"""Shell, theme, wrapped components, forms; knows no room."""
