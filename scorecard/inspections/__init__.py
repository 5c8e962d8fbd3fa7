"""The Ofsted dashboard: read, checked, as tables and as charts."""
