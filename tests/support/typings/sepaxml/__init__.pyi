from sepaxml.transfer import SepaTransfer as SepaTransfer
